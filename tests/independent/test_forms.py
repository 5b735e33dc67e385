"""Machine forms as other people's readers see them: rdflib, feedparser, and the standard library's own."""

import collections
import csv
import hashlib
import io
import json
import re
import unittest
import warnings
import xml.etree.ElementTree as xml
from datetime import datetime

import feedparser
import rdflib
from rdflib.compare import isomorphic

from atlas import ask, form, kinds

RDF = {"ttl": ("turtle", "text/turtle"), "nt": ("nt", "application/n-triples"),
       "rdf": ("xml", "application/rdf+xml"), "jsonld": ("json-ld", "application/ld+json")}
SUFFIXES = {**{suffix: kind for suffix, (_, kind) in RDF.items()},
            "json": "application/json", "csv": "text/csv", "atom": "application/atom+xml"}
# Nameless nodes of a graph that rdflib compares in seconds.
FEW = 200
PROFILES = ["r8", "eucaim-2", "dcat-ap-3", "source"]
ATOM = "{http://www.w3.org/2005/Atom}"
HYDRA = rdflib.Namespace("http://www.w3.org/ns/hydra/core#")
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
# rdflib's reader of JSON-LD uses a class of its own that it calls outdated.
warnings.filterwarnings("ignore", category=DeprecationWarning, module="rdflib")


def graph(path, syntax):
    answer = ask(path)
    assert answer.status == 200, f"{path}: {answer.status}"
    return rdflib.Graph().parse(data=answer.body, format=syntax)


def lines(found):
    """The statements with nameless nodes named after what is said of them and how often they are pointed at."""
    names = {}

    def name(node):
        if not isinstance(node, rdflib.BNode):
            return node.n3()
        if node not in names:
            names[node] = "_:circle"
            said = sorted(f"{predicate.n3()} {name(value)}" for predicate, value in found.predicate_objects(node))
            uses = sum(1 for _ in found.subject_predicates(node))
            names[node] = "_:" + hashlib.sha256("\n".join([*said, str(uses)]).encode()).hexdigest()
        return names[node]

    return sorted(f"{name(s)} {p.n3()} {name(o)}" for s, p, o in found)


def difference(one, other):
    """What tells two graphs apart; nothing when they say the same."""
    mine, others = collections.Counter(lines(one)), collections.Counter(lines(other))
    if mine != others:
        return f"{list(mine - others)[:5]} against {list(others - mine)[:5]}"
    # rdflib's own judgement takes minutes for hundreds of nameless nodes.
    nameless = {node for node in one.all_nodes() if isinstance(node, rdflib.BNode)}
    return "" if len(nameless) > FEW or isomorphic(one, other) else "rdflib finds them different"


class Forms(unittest.TestCase):
    def test_every_form_comes_by_suffix_and_by_accept_with_the_same_bytes(self):
        for kind, page in kinds().items():
            for suffix, media_type in SUFFIXES.items():
                with self.subTest(kind=kind, form=suffix):
                    named, accepted = ask(form(page, suffix)), ask(page, Accept=media_type)
                    self.assertEqual((named.status, accepted.status), (200, 200))
                    for answer in (named, accepted):
                        self.assertEqual(answer.header("content-type").split(";")[0], media_type)
                        self.assertEqual(answer.header("access-control-allow-origin"), "*")
                        self.assertIn("Accept", answer.header("vary"))
                    self.assertEqual(named.header("content-location"), accepted.header("content-location"))
                    if not (kind == "data sets" and suffix == "csv"):
                        self.assertEqual(named.body, accepted.body)
                    self.assertEqual(ask(named.header("content-location")).status, 200)

    def test_a_page_names_its_forms_in_its_head_and_in_link_headers(self):
        for kind, page in kinds().items():
            with self.subTest(kind=kind):
                answer = ask(page, Accept="text/html")
                head = answer.body.decode().partition("</head>")[0]
                announced = re.findall(r'<link rel="alternate" type="([^"]+)"[^>]* href="([^"]+)"', head)
                self.assertEqual(sorted(media_type for media_type, _ in announced), sorted(SUFFIXES.values()))
                for media_type, address in announced:
                    found = ask(address.replace("&amp;", "&").replace("&#38;", "&"))
                    self.assertEqual((found.status, found.header("content-type").split(";")[0]), (200, media_type))
                linked = [address for relation, address in answer.links() if relation == "alternate"]
                self.assertEqual(len(linked), len(SUFFIXES))


class Rdf(unittest.TestCase):
    def test_all_syntaxes_say_the_same(self):
        for kind, page in kinds().items():
            graphs = {suffix: graph(form(page, suffix), syntax) for suffix, (syntax, _) in RDF.items()}
            self.assertGreater(len(graphs["nt"]), 3, kind)
            for suffix, found in graphs.items():
                with self.subTest(kind=kind, form=suffix):
                    self.assertEqual(difference(graphs["nt"], found), "")

    def test_all_syntaxes_say_the_same_in_every_profile(self):
        for kind in ("data set", "series"):
            for profile in PROFILES:
                graphs = {suffix: graph(f"{form(kinds()[kind], suffix)}?profile={profile}", syntax)
                          for suffix, (syntax, _) in RDF.items()}
                for suffix, found in graphs.items():
                    with self.subTest(kind=kind, profile=profile, form=suffix):
                        self.assertEqual(difference(graphs["nt"], found), "")

    def test_profiles_can_be_negotiated_and_say_which_one_came(self):
        page = kinds()["data set"]
        for profile in PROFILES:
            with self.subTest(profile=profile):
                by_name = ask(f"{form(page, 'ttl')}?profile={profile}")
                iri = by_name.header("content-profile")
                self.assertRegex(iri, r"^<.+>$")
                self.assertIn(("profile", iri.strip("<>")), by_name.links())
                by_iri = ask(page, Accept="text/turtle", Accept_Profile=f"<urn:unknown>, {iri};q=0.5")
                self.assertEqual(by_iri.body, by_name.body)
        self.assertEqual(ask(f"{form(page, 'ttl')}?profile=none").status, 400)
        self.assertEqual(ask(page, Accept="text/turtle", Accept_Profile="<urn:unknown>").status, 406)

    def test_the_pages_of_a_list_hold_every_data_set_once(self):
        seen, address, total, pages = [], "/datasets.ttl", None, 0
        while address:
            pages += 1
            self.assertLess(pages, 200, "paging goes round in a circle")
            found = graph(address, "turtle")
            catalogue = next(found.subjects(rdflib.RDF.type, HYDRA.Collection))
            total = int(next(found.objects(catalogue, HYDRA.totalItems)))
            self.assertIn((catalogue, rdflib.RDF.type, DCAT.Catalog), found)
            members = list(found.objects(catalogue, DCAT.dataset))
            self.assertEqual(len(members), len(list(found.objects(catalogue, HYDRA.member))))
            for member in members:
                self.assertIn((member, rdflib.RDF.type, DCAT.Dataset), found)
            seen.extend(members)
            view = next(found.objects(catalogue, HYDRA.view))
            following = next(found.objects(view, HYDRA.next), None)
            linked = dict(ask(address).links()).get("next")
            self.assertEqual(following is None, linked is None)
            if following is not None:
                self.assertIsInstance(following, rdflib.URIRef)
                by_iri = ask(re.sub(r"^https?://[^/]+", "", str(following)), Accept="text/turtle")
                address = re.sub(r"^https?://[^/]+", "", linked)
                self.assertEqual(by_iri.body, ask(address).body)
            else:
                address = None
        self.assertGreater(pages, 1)
        self.assertEqual((len(seen), len(set(seen))), (total, total))


class Feeds(unittest.TestCase):
    def test_every_feed_is_what_rfc_4287_asks_for(self):
        for kind, page in kinds().items():
            with self.subTest(kind=kind):
                body = ask(form(page, "atom")).body
                parsed = feedparser.parse(body)
                self.assertFalse(parsed.bozo, parsed.get("bozo_exception"))
                self.assertEqual(parsed.version, "atom10")
                feed = xml.fromstring(body)
                self.assertEqual(feed.tag, ATOM + "feed")
                self.check(feed, of_entry=False)
                self.assertEqual(len(feed.findall(ATOM + "author")), 1)
                relations = [link.get("rel") for link in feed.findall(ATOM + "link")]
                self.assertIn("self", relations)
                self.assertIn("alternate", relations)
                entries = feed.findall(ATOM + "entry")
                for entry in entries:
                    self.check(entry, of_entry=True)
                ids = [entry.findtext(ATOM + "id") for entry in entries]
                self.assertEqual(len(ids), len(set(ids)), "two entries have one id")
                moments = [entry.findtext(ATOM + "updated") for entry in entries]
                if kind not in ("vocabularies", "vocabulary"):
                    self.assertEqual(moments, sorted(moments, reverse=True), "not the newest first")
                self.assertGreaterEqual(feed.findtext(ATOM + "updated"), max(moments, default=""))
                for link in feed.findall(ATOM + "link"):
                    address = re.sub(r"^https?://[^/]+", "", link.get("href"))
                    self.assertEqual(ask(address).status, 200, address)

    def check(self, element, of_entry):
        for name in ("id", "title", "updated"):
            self.assertEqual(len(element.findall(ATOM + name)), 1, name)
        self.assertRegex(element.findtext(ATOM + "id"), r"^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        datetime.fromisoformat(element.findtext(ATOM + "updated"))
        if of_entry:
            links = [link for link in element.findall(ATOM + "link") if link.get("rel") == "alternate"]
            self.assertEqual(len(links), 1)

    def test_ids_stay_from_one_reading_to_the_next_and_from_one_feed_to_the_other(self):
        def ids(path):
            feed = xml.fromstring(ask(path).body)
            return {entry.find(ATOM + "link").get("href"): entry.findtext(ATOM + "id")
                    for entry in feed.findall(ATOM + "entry")}
        slug = kinds()["provider"].rpartition("/")[2]
        searched = ids(f"/datasets.atom?provider={slug}&subject-kind=any")
        self.assertTrue(searched)
        self.assertEqual(searched, ids(f"/datasets.atom?provider={slug}&subject-kind=any&page=1"))
        self.assertEqual(searched, ids(form(kinds()["provider"], "atom")))


class Tables(unittest.TestCase):
    def test_every_table_has_a_head_and_rows_of_its_length(self):
        for kind, page in kinds().items():
            with self.subTest(kind=kind):
                body = ask(form(page, "csv")).body.decode("utf-8")
                rows = list(csv.reader(io.StringIO(body, newline=""), strict=True))
                self.assertGreater(len(rows[0]), 1)
                self.assertEqual({len(row) for row in rows}, {len(rows[0])})
                self.assertEqual(len(set(rows[0])), len(rows[0]), "two columns have one name")

    def test_the_table_of_data_sets_is_whole_and_its_pages_are_its_parts(self):
        def slugs(path):
            return [row["slug"] for row in csv.DictReader(io.StringIO(ask(path).body.decode(), newline=""))]
        whole = slugs("/datasets.csv")
        total = json.loads(ask("/datasets.json").body)["total"]
        self.assertEqual((len(whole), len(set(whole))), (total, total))
        self.assertEqual(slugs("/datasets.csv?page=1") + slugs("/datasets.csv?page=2"), whole[:24])


class Json(unittest.TestCase):
    def test_every_list_counts_itself_and_names_its_neighbours(self):
        for kind in ("data sets", "data sets searched", "last page of data sets", "series list", "providers", "vocabularies"):
            with self.subTest(kind=kind):
                answer = ask(form(kinds()[kind], "json"))
                found = json.loads(answer.body)
                self.assertIsInstance(found["total"], int)
                linked = {relation: address for relation, address in answer.links() if relation in found["links"]}
                self.assertEqual(linked, found["links"])
                for address in found["links"].values():
                    self.assertEqual(ask(re.sub(r"^https?://[^/]+", "", address)).status, 200)


if __name__ == "__main__":
    unittest.main()
