"""Our findings against pySHACL's, on the same statements with the same shapes files.

The Atlas says what it checked (`atlas validate --json --graphs`): for each record the rules, the statements and the
findings. pySHACL gets the statements and the files of those rules, without inference. Both must name the same focus
node, path, severity, shape and kind of constraint, as often. Records come from the fixtures beside this file and, where
it is present, from the corpus of third-party files (ATLAS_CORPUS).
"""

import collections
import datetime
import json
import logging
import os
import pathlib
import re
import subprocess
import tempfile
import unittest
import warnings
from concurrent.futures import ProcessPoolExecutor

import rdflib
from pyshacl import validate
from rdflib.namespace import SH

# Both engines look at the text as written.
rdflib.NORMALIZE_LITERALS = False
ZONE = r"(Z|[+-]\d\d:\d\d)?"
# SHACL means the lexical forms of XML Schema; rdflib reads more of ISO 8601 ("20090519", a blank before the time).
FORMS = {
    rdflib.XSD.date: (datetime.date, r"-?\d{4,}-\d\d-\d\d" + ZONE),
    rdflib.XSD.dateTime: (datetime.datetime, r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?" + ZONE),
}


def read_strictly(datatype, kind, form):
    read = rdflib.term._toPythonMapping[datatype]

    def strictly(text):
        if not re.fullmatch(form, text.strip()):
            raise ValueError(f"{text} is no {datatype}")
        return read(text)

    rdflib.term.bind(datatype, kind, constructor=strictly)


logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
warnings.simplefilter("ignore")
for datatype, (kind, form) in FORMS.items():
    read_strictly(datatype, kind, form)

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
SHAPES = ROOT / "ontologies" / "shapes"
ATLAS = os.environ.get("ATLAS_BIN", str(ROOT / "target" / "debug" / "atlas"))
CORPUS = pathlib.Path(os.environ.get("ATLAS_CORPUS", ROOT.parent / "shared" / "corpus"))
ENDINGS = {".ttl", ".rdf", ".jsonld", ".nt", ".nq", ".trig", ".n3"}

FILES = {
    ("dcat-ap-3", None): ["dcat-ap-3.ttl", "dcat-ap-3-presence.ttl"],
    ("r8", "public"): ["dcat-ap-3.ttl", "healthdcat-ap-8.ttl", "healthdcat-ap-8-public.ttl"],
    ("r8", "restricted"): ["dcat-ap-3.ttl", "healthdcat-ap-8.ttl", "healthdcat-ap-8-restricted.ttl"],
    ("r8", "non-public"): ["dcat-ap-3.ttl", "healthdcat-ap-8.ttl", "healthdcat-ap-8-non-public.ttl"],
    ("eucaim-2", None): ["dcat-ap-3.ttl", "healthdcat-ap-8.ttl", "eucaim-2.ttl"],
}
WISHES = [[], ["--profile", "dcat-ap-3"], ["--profile", "eucaim-2"]] + [
    ["--profile", "r8", "--level", level] for level in ("public", "restricted", "non-public")
]


def term(node):
    """A node as the Atlas writes it, with `_:` for a nameless one."""
    if isinstance(node, rdflib.Literal):
        text = str(node).replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace('"', '\\"')
        if node.language:
            return f'"{text}"@{node.language.lower()}'
        return f'"{text}"' if node.datatype in (None, rdflib.XSD.string) else f'"{text}"^^<{node.datatype}>'
    return f"_:{node}" if isinstance(node, rdflib.BNode) else f"<{node}>"


def shapes_of(files):
    graph = rdflib.Graph()
    for file in files:
        graph.parse(file, format="turtle")
    return graph


def said_by_pyshacl(ntriples, shapes):
    """The results as a multiset, and how many of each severity."""
    names = {}
    data = rdflib.Graph()
    data.parse(data=ntriples, format="nt", bnode_context=names)
    labels = {str(node): label for label, node in names.items()}
    _, report, _ = validate(data, shacl_graph=shapes, inference="none", abort_on_first=False, meta_shacl=False)
    results, counts = collections.Counter(), collections.Counter()
    for result in report.objects(None, SH.result):
        focus = report.value(result, SH.focusNode)
        focus = f"_:{labels.get(str(focus), focus)}" if isinstance(focus, rdflib.BNode) else term(focus)
        path = report.value(result, SH.resultPath)
        path = str(path) if isinstance(path, rdflib.URIRef) else ""
        severity = str(report.value(result, SH.resultSeverity)).rpartition("#")[2].lower()
        shape = report.value(result, SH.sourceShape)
        shape = str(shape) if isinstance(shape, rdflib.URIRef) else ""
        kind = str(report.value(result, SH.sourceConstraintComponent)).rpartition("#")[2]
        results[(focus, path, severity, shape, kind)] += 1
        counts[severity] += 1
    return results, counts


def said_by_atlas(record, prefixes):
    results = collections.Counter()
    for finding in record["findings"]:
        path = finding.get("property", "")
        prefix, colon, name = path.partition(":")
        path = prefixes[prefix] + name if colon and prefix in prefixes else path
        if " " in path or path.startswith(("^", "(")):
            path = ""
        shape = "" if finding["shape"].startswith("_:") else finding["shape"]
        focus = finding["focus"]
        results[(focus, path, finding["severity"], shape, finding["component"])] += 1
    counts = record["counts"]
    return results, collections.Counter(
        violation=counts["violations"], warning=counts["warnings"], info=counts["infos"]
    )


def prefixes():
    """The prefixes by which the Atlas shortens names, from the program's own table."""
    bases, names = {}, {}
    for line in (ROOT / "src" / "rdf" / "namespaces.rs").read_text().splitlines():
        line = line.strip()
        if line.startswith("pub const ") and ": &str = " in line:
            name, _, value = line.removeprefix("pub const ").partition(": &str = ")
            bases[name] = value.strip('";')
        elif line.startswith('("') and line.endswith("),"):
            prefix, _, base = line.removeprefix('("').removesuffix("),").partition('", ')
            names[prefix] = base.strip('"') if base.startswith('"') else base
    return {prefix: bases.get(base, base) for prefix, base in names.items()}


def atlas(arguments, folder):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ATLAS__")}
    run = subprocess.run(
        [ATLAS, "validate", *map(str, arguments), "--json", "--graphs", "--dir", folder],
        capture_output=True, text=True, cwd=folder, env=environment, check=False,
    )
    if run.returncode not in (0, 1, 2) or not run.stdout:
        raise AssertionError(f"atlas validate {arguments}: {run.returncode} {run.stderr}")
    return json.loads(run.stdout)


def compare(job):
    """Differences between the two on one file; and how many records and findings were held against each other."""
    file, wish, own = job
    differences, records, findings = [], 0, 0
    names = prefixes()
    with tempfile.TemporaryDirectory() as folder:
        report = atlas([file, *wish, *(part for path in own for part in ("--shapes", path))], folder)
    for record in report["records"]:
        key = (record["profile"], record.get("level"))
        files = own or [SHAPES / name for name in FILES[key]]
        theirs, their_counts = said_by_pyshacl(record["graph"], shapes_of(files))
        ours, our_counts = said_by_atlas(record, names)
        records += 1
        findings += sum(our_counts.values())
        where = f"{file} {' '.join(wish)} {record['name']}"
        if +our_counts != +their_counts:
            differences.append(f"{where}: we count {dict(our_counts)}, pySHACL {dict(their_counts)}")
        if sum(our_counts.values()) > len(record["findings"]):
            theirs = theirs & ours  # the report keeps the gravest; each of those must be pySHACL's too
        for result in (ours - theirs):
            differences.append(f"{where}: only we say {result}")
        for result in (theirs - ours):
            differences.append(f"{where}: only pySHACL says {result}")
    return differences, records, findings


class Shapes(unittest.TestCase):
    maxDiff = None

    def agree(self, jobs):
        differences, records, findings = [], 0, 0
        with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
            for found, checked, told in pool.map(compare, jobs):
                differences += found
                records += checked
                findings += told
        print(f"{len(jobs)} checks of files, {records} records, {findings} findings, {len(differences)} differences")
        self.assertEqual([], differences, "\n".join(differences[:40]))
        return records, findings

    def test_every_construct_of_shacl_core_means_the_same_to_both(self):
        constructs = HERE / "constructs"
        records, findings = self.agree([(constructs / "data.ttl", [], [constructs / "shapes.ttl"])])
        self.assertEqual(records, 1)
        self.assertGreater(findings, 60)

    def test_both_find_the_same_in_our_own_records_under_every_set_of_rules(self):
        files = sorted((HERE / "records").glob("*.ttl"))
        records, findings = self.agree([(file, wish, []) for file in files for wish in WISHES])
        self.assertGreaterEqual(records, 6 * len(WISHES))
        self.assertGreater(findings, 500)

    def test_records_that_keep_every_rule_have_no_finding_but_the_pending_access_body(self):
        for name, expected in [("dcat-ap-3", 0), ("r8", 0), ("eucaim-2", 1)]:
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                report = atlas([HERE / "records" / f"{name}-whole.ttl"], folder)
                found = [finding for record in report["records"] for finding in record["findings"]]
                self.assertEqual(expected, len(found), json.dumps(found, indent=1))
                self.assertEqual(report["checked"], report["conforming"])

    def test_both_find_the_same_in_every_file_of_the_corpus(self):
        if not CORPUS.is_dir():
            print("corpus absent, 0 files checked; the fixtures stand for it")
            return
        files = [file for file in sorted(CORPUS.rglob("*")) if file.suffix in ENDINGS and "dcat-ap-3.0.1/s" not in str(file)]
        jobs = [(file, [], []) for file in files]
        # Imaging and health records also under the strictest rules.
        jobs += [(file, ["--profile", "eucaim-2"], []) for file in files
                 if file.parent.name in ("img2catalog", "healthdcat-ap-de")]
        records, findings = self.agree(jobs)
        self.assertGreater(records, 80)
        self.assertGreater(findings, 800)

    def test_both_read_the_official_shapes_of_dcat_ap_alike(self):
        folder = CORPUS / "dcat-ap-3.0.1"
        if not folder.is_dir():
            print("corpus absent, the official shapes of DCAT-AP were not tried")
            return
        with tempfile.TemporaryDirectory() as kept:
            # `sh:shape` is no term of SHACL: pySHACL passes over it, we refuse the file, so it is left out for both.
            shapes = rdflib.Graph().parse(folder / "shapes.ttl")
            shapes.remove((None, rdflib.URIRef(str(SH) + "shape"), None))
            path = pathlib.Path(kept) / "official.ttl"
            shapes.serialize(path, format="turtle")
            files = sorted((HERE / "records").glob("*.ttl")) + sorted((CORPUS / "img2catalog").glob("*.ttl"))
            self.agree([(file, [], [path]) for file in files])

    def test_what_only_the_official_shapes_of_dcat_ap_find_is_explained(self):
        folder = CORPUS / "dcat-ap-3.0.1"
        if not folder.is_dir():
            print("corpus absent, our rules were not held beside the official ones")
            return
        names = ["shapes.ttl", "shapes_recommended.ttl", "range.ttl", "mdr-vocabularies.shape.ttl"]
        official = shapes_of([folder / name for name in names])
        own = shapes_of([SHAPES / name for name in FILES[("dcat-ap-3", None)]])
        both, kinds, unexplained = 0, collections.Counter(), []
        for file in sorted(CORPUS.rglob("*.ttl")):
            if file.parent == folder and "example" not in file.name:
                continue
            try:
                ntriples = rdflib.Graph().parse(file).serialize(format="nt")
            except Exception:  # what rdflib cannot read is no matter of shapes
                continue
            theirs, ours = (pairs(said_by_pyshacl(ntriples, shapes)[0]) for shapes in (official, own))
            both += len(theirs.keys() & ours.keys())
            for focus, path in theirs.keys() - ours.keys():
                reasons = sorted(filter(None, (explained(path, *kind) for kind in theirs[(focus, path)])))
                kinds[reasons[0] if reasons else None] += 1
                if not reasons:
                    unexplained.append(f"{file.name}: {focus} {path} {theirs[(focus, path)]}")
        print(f"official and ours: {both} pairs of node and property; only official: {dict(kinds)}")
        self.assertEqual([], unexplained)
        self.assertGreater(both, 3 * sum(kinds.values()))


def pairs(results):
    """Node and property of each result that is more than information, with how it was found."""
    found = collections.defaultdict(set)
    for focus, path, severity, _, kind in results:
        if severity != "info":
            found[(focus, path)].add((severity, kind))
    return found


def explained(path, severity, kind):
    """Why only the official shapes find this; the reasons stand in docs/shapes.md."""
    name = path.rpartition("/")[2].rpartition("#")[2]
    if kind == "ClassConstraintComponent":
        return "class of a value that is described elsewhere"
    if name == "publisher" and severity == "warning":
        return "publisher outside the EU list of corporate bodies"
    if path == "":
        return "rule over several properties"
    if name == "primaryTopic":
        return "type of what a catalogue record is about"
    if severity == "warning" and name in {"type", "spatial", "accessRights", "conformsTo", "theme"}:
        return "value outside a list"
    if kind == "NodeConstraintComponent" and name in {"format", "status", "language"}:
        return "value outside a list"
    return None


if __name__ == "__main__":
    unittest.main(verbosity=2)
