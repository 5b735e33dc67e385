"""HTTP by the book (RFC 9110), as a careful client meets it."""

import gzip
import json
import re
import unittest

from atlas import ask, form, kinds

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


class Negotiation(unittest.TestCase):
    def test_quality_and_exactness_decide_and_a_refusal_names_what_is_offered(self):
        page = kinds()["data set"]
        for accept, expected in [
            (BROWSER, "text/html"),
            ("*/*", "text/html"),
            ("", "text/html"),
            ("text/turtle;q=0.5, application/ld+json;q=0.8", "application/ld+json"),
            ("text/turtle, */*;q=0.1", "text/turtle"),
            ("text/*;q=0.4, text/turtle;q=0.3, application/json;q=0.35", "text/html"),
            ("application/*, text/html;q=0.9", "application/json"),
            ('text/turtle;note="a, text/html";charset=utf-8', "text/turtle"),
            ("text/turtle;q=0, application/*;q=0.2", "application/json"),
            (", ".join(f"image/x-{number}" for number in range(49)) + ", text/turtle", "text/turtle"),
        ]:
            with self.subTest(accept=accept):
                answer = ask(page, Accept=accept)
                self.assertEqual((answer.status, answer.header("content-type").split(";")[0]), (200, expected))
        for accept in ["image/png", "text/turtle;q=0", "x" * 10_000, ",,,", "text/html;q=0,*/*;q=0", "\xe9/\xe9"]:
            with self.subTest(accept=accept[:40]):
                refused = ask(page, Accept=accept.encode("latin-1"))
                self.assertEqual(refused.status, 406)
                problem = json.loads(refused.body)
                self.assertIn("text/turtle", problem["detail"])
                for way in problem["ways"]:
                    self.assertEqual(ask(way["href"]).status, 200, way)

    def test_a_suffix_beats_accept(self):
        for accept in ["text/html", "image/png", "application/json"]:
            answer = ask(form(kinds()["data set"], "ttl"), Accept=accept)
            self.assertEqual((answer.status, answer.header("content-type")), (200, "text/turtle"))

    def test_odd_addresses_have_a_plain_answer(self):
        slug = kinds()["data set"].rpartition("/")[2]
        for path, status in [
            (f"/datasets/{slug}.ttl.ttl", 404),
            (f"/datasets/{slug}.docx", 404),
            (f"/datasets/{slug}.TTL", 404),
            (f"/datasets/{slug}.", 404),
            (f"/datasets/{slug}%2Ettl", 200),
            (f"/datasets/{slug.upper()}.ttl", 404),
            (f"/datasets/{'a' * 6_000}.ttl", 404),
            ("/datasets/%00.ttl", 404),
            ("/datasets/%F0%9F%AB%80.json", 404),
            ("/datasets/%ff%fe.nt", 404),
            ("/datasets/no-such-thing.atom", 404),
            ("/series/%00.csv", 404),
            ("/providers/%00.rdf", 404),
            ("/providers/none.jsonld", 404),
            ("/terms/none.ttl", 404),
            ("/terms/modality/none.ttl", 404),
            ("/terms/modality/ct.docx", 404),
            ("/terms/modality/%00.ttl", 404),
            ("/datasets.docx", 404),
            ("/datasets.ttl?page=0", 400),
            ("/datasets.atom?page=99999", 400),
            ("/series.json?page=two", 400),
            ("/series.json?page=2000000000000000000000000", 400),
            ("/datasets.json?colour=red", 400),
        ]:
            with self.subTest(path=path[:60]):
                answer = ask(path)
                self.assertEqual(answer.status, status)
                if status >= 400:
                    self.assertEqual(answer.header("content-type"), "application/problem+json")
                    self.assertLess(len(answer.body), 2_000)
                    json.loads(answer.body)


class Methods(unittest.TestCase):
    def paths(self):
        forms = [form(page, suffix) for page in kinds().values() for suffix in ("json", "ttl", "atom")]
        return [*kinds().values(), *forms, "/", "/help", "/about", "/api", "/openapi.json", "/sparql", "/health/livez",
                "/api/v1/datasets", "/api/v1/suggest?q=lun", "/api/v1/overview"]

    def test_head_has_the_headers_of_get_and_no_body(self):
        for path in self.paths():
            for encoding in ("identity", "gzip"):
                with self.subTest(path=path, encoding=encoding):
                    got, head = (ask(path, method, Accept_Encoding=encoding) for method in ("GET", "HEAD"))
                    self.assertEqual((head.status, head.body), (got.status, b""))
                    volatile = {"date", "x-request-id"}
                    if path in ("/", "/api/v1/overview"):
                        # Both say as of when they count.
                        volatile |= {"etag"}
                    def names(answer):
                        return {(name.lower(), value) for name, value in answer.headers.items()
                                if name.lower() not in volatile}
                    self.assertEqual(names(head), names(got))

    def test_other_methods_on_a_known_address_are_not_allowed_and_say_which_are(self):
        for path in self.paths():
            for method in ("PUT", "DELETE", "PATCH", "TRACE", "POST", "BREW"):
                if method == "POST" and path == "/sparql":
                    continue
                with self.subTest(path=path, method=method):
                    answer = ask(path, method)
                    self.assertEqual(answer.status, 405)
                    self.assertIn("GET", answer.header("allow"))
            options = ask(path, "OPTIONS", Origin="https://elsewhere.example", Access_Control_Request_Method="GET")
            self.assertEqual(options.status, 204, path)
            self.assertIn("GET, HEAD, OPTIONS", options.header("allow"))
            self.assertEqual(options.header("access-control-allow-origin"), "*")
        self.assertEqual(ask("/no-such-page", "TRACE").status, 404)


class Conditions(unittest.TestCase):
    def test_what_has_not_changed_is_not_sent_again(self):
        for kind, page in kinds().items():
            for address in (page, *(form(page, suffix) for suffix in ("json", "ttl", "csv", "atom"))):
                with self.subTest(kind=kind, address=address):
                    answer = ask(address)
                    tag = answer.header("etag")
                    self.assertRegex(tag, r'^"[0-9a-f]+"$')
                    again = ask(address, If_None_Match=f'"other", {tag}')
                    self.assertEqual((again.status, again.body, again.header("etag")), (304, b"", tag))
                    self.assertEqual(ask(address, If_None_Match='"other"').status, 200)
                    self.assertEqual(ask(address, If_Match='"other"').status, 412)
                    self.assertEqual(ask(address, If_Match=tag).status, 200)

    def test_a_compressed_answer_has_a_weak_tag_that_still_saves_the_way(self):
        address = form(kinds()["data set"], "ttl")
        plain, packed = ask(address), ask(address, Accept_Encoding="gzip")
        self.assertEqual(packed.header("content-encoding"), "gzip")
        self.assertEqual(gzip.decompress(packed.body), plain.body)
        self.assertEqual(packed.header("etag"), "W/" + plain.header("etag"))
        self.assertIn("accept-encoding", packed.header("vary").lower())
        self.assertEqual(ask(address, Accept_Encoding="gzip", If_None_Match=packed.header("etag")).status, 304)
        self.assertEqual(ask(address, If_Match=packed.header("etag")).status, 412)

    def test_dates_are_conditions_where_they_are_known(self):
        address = form(kinds()["data set"], "ttl")
        modified = ask(address).header("last-modified")
        self.assertTrue(modified)
        self.assertEqual(ask(address, If_Modified_Since=modified).status, 304)
        self.assertEqual(ask(address, If_Modified_Since="Sun, 06 Nov 1994 08:49:37 GMT").status, 200)
        self.assertEqual(ask(address, If_Modified_Since="yesterday").status, 200)
        self.assertEqual(ask(address, If_Modified_Since=modified, If_None_Match='"other"').status, 200)
        self.assertEqual(ask(address, If_Unmodified_Since="Sun, 06 Nov 1994 08:49:37 GMT").status, 412)

    def test_a_part_can_be_asked_for(self):
        address = form(kinds()["data set"], "ttl")
        whole = ask(address)
        length = len(whole.body)
        self.assertEqual(whole.header("accept-ranges"), "bytes")
        for wanted, first, last in [("0-99", 0, 99), ("100-", 100, length - 1), ("-50", length - 50, length - 1)]:
            for encoding in ("identity", "gzip"):
                with self.subTest(range=wanted, encoding=encoding):
                    part = ask(address, Range=f"bytes={wanted}", Accept_Encoding=encoding)
                    self.assertEqual(part.status, 206)
                    self.assertEqual(part.header("content-range"), f"bytes {first}-{last}/{length}")
                    self.assertEqual(part.body, whole.body[first:last + 1])
                    self.assertEqual(part.header("etag"), whole.header("etag"))
        outside = ask(address, Range=f"bytes={length}-")
        self.assertEqual((outside.status, outside.header("content-range")), (416, f"bytes */{length}"))
        for ignored in ("bytes=0-1,5-9", "lines=1-2", "bytes=9-1", "bytes=x-y"):
            self.assertEqual(ask(address, Range=ignored).body, whole.body, ignored)
        fresh = ask(address, Range="bytes=0-9", If_Range=whole.header("etag"))
        stale = ask(address, Range="bytes=0-9", If_Range='"other"')
        weak = ask(address, Range="bytes=0-9", If_Range="W/" + whole.header("etag"))
        self.assertEqual((fresh.status, stale.status, weak.status), (206, 200, 200))
        self.assertEqual(re.sub(rb"\s", b"", stale.body), re.sub(rb"\s", b"", whole.body))


if __name__ == "__main__":
    unittest.main()
