# SPDX-License-Identifier: Apache-2.0
"""Where things lie in the store: the only place that spells a name there."""

INCOMING = "incoming/"
"""Prefix of what `ream ingest` and uploads bring; swept when ingest has long taken it."""


def document(document_id: str) -> str:
    """Prefix of everything of a document, all generations."""
    return f"documents/{document_id}/"


def generation(document_id: str, number: int) -> str:
    """Prefix of everything of one generation."""
    return f"documents/{document_id}/{number}/"


def original(document_id: str, number: int) -> str:
    """The bytes as they came."""
    return f"{generation(document_id, number)}original"


def source(document_id: str, number: int) -> str:
    """Name, address and tags, for people (artifact Source)."""
    return f"{generation(document_id, number)}source.json"


def ingested(document_id: str, number: int) -> str:
    """The message that said it may be read: what running again starts from (message DocumentIngested)."""
    return f"{generation(document_id, number)}ingested.json"


def claim(document_id: str, number: int) -> str:
    """Made exclusively by who takes this generation: holds the sha256 of its bytes."""
    return f"{generation(document_id, number)}claim.json"


def retired(document_id: str, number: int) -> str:
    """There when this generation was taken by nobody's bytes: those before it are too old to be found."""
    return f"{generation(document_id, number)}retired.json"


def run(document_id: str, number: int, run_number: int) -> str:
    """Made exclusively by who starts this run: holds what it redoes."""
    return f"{generation(document_id, number)}runs/{run_number}.json"


def manifest(document_id: str, number: int, memo: str) -> str:
    """The plan of the document (artifact Manifest)."""
    return f"{generation(document_id, number)}manifests/{memo}.json"


def text(document_id: str, number: int, segment: int, stage: str, memo: str) -> str:
    """What a stage read from a segment (artifact SegmentText)."""
    return f"{generation(document_id, number)}text/{segment}.{stage}.{memo}.json"


def run_note(document_id: str, number: int, first: int, memo: str) -> str:
    """What extract found in a run of units, named by the first: its own note, so that it can say the same again."""
    return f"{generation(document_id, number)}notes/{first}.{memo}.json"


def classes(document_id: str, number: int, segment: int, memo: str) -> str:
    """What classify found in a segment (artifact SegmentClasses)."""
    return f"{generation(document_id, number)}classes/{segment}.{memo}.json"


def vectors(document_id: str, number: int, segment: int, memo: str) -> str:
    """Vectors of the windows of a segment's text; see `ream_contracts.vectors`."""
    return f"{generation(document_id, number)}vectors/{segment}.{memo}"


def segment_records(document_id: str, number: int, run_number: int) -> str:
    """Prefix of the records of one run."""
    return f"{generation(document_id, number)}segments/{run_number}/"


def segment_record(document_id: str, number: int, run_number: int, segment: int) -> str:
    """Which artifacts answer a segment in this run (artifact SegmentRecord)."""
    return f"{segment_records(document_id, number, run_number)}{segment}.json"


def early_records(document_id: str, number: int, run_number: int) -> str:
    """Prefix of the records of one run that answer nothing."""
    return f"{generation(document_id, number)}early/{run_number}/"


def early_record(document_id: str, number: int, run_number: int, segment: int) -> str:
    """Which artifacts are found of a segment until it is answered (artifact SegmentRecord)."""
    return f"{early_records(document_id, number, run_number)}{segment}.json"


def picture(document_id: str, number: int, unit: int, name: str) -> str:
    """A picture found in a unit; the name is its hash and ending."""
    return f"{generation(document_id, number)}pictures/{unit}.{name}"


def table(text_object: str, unit: int, number: int) -> str:
    """A table read with a text, which its name tells; followed by `.json` (artifact TableFile) and `.csv`."""
    folder, _, name = text_object.rpartition("/text/")
    return f"{folder}/tables/{unit}.{number}.{name.removesuffix('.json')}"


def converted(document_id: str, number: int, memo: str, ending: str) -> str:
    """The original in another format, made to be read or rendered."""
    return f"{generation(document_id, number)}converted/{memo}.{ending}"


def thumbnail(document_id: str, number: int) -> str:
    """A small picture of the first page, made of the bytes alone; another number where it is drawn another way."""
    return f"{generation(document_id, number)}thumbnail.1.jpg"


def preview(document_id: str, number: int) -> str:
    """The beginning of a film, small (MP4), where that is wanted; another number where it is made another way."""
    return f"{generation(document_id, number)}preview.1.mp4"


def page_image(document_id: str, number: int, page: int, memo: str) -> str:
    """A picture of a page, drawn when somebody asked for it."""
    return f"{generation(document_id, number)}pages/{page}.{memo}.png"


def page_numbers(document_id: str, number: int, memo: str) -> str:
    """Where the pages of a document without pages of its own begin, once it was laid out (artifact PageNumbers)."""
    return f"{generation(document_id, number)}pages/numbers.{memo}.json"


def child(document_id: str, number: int, ordinal: int, memo: str) -> str:
    """The bytes of a document found inside."""
    return f"{generation(document_id, number)}children/{ordinal}.{memo}"


def document_records(document_id: str) -> str:
    """Prefix of the records of a document, all versions."""
    return f"documents/{document_id}/records/"


def document_record(document_id: str, version: int) -> str:
    """What index is about to write, with the receipt; versions sort as text."""
    return f"{document_records(document_id)}{version:020d}.json"


def corrections(document_id: str) -> str:
    """Prefix of what people said that the document is."""
    return f"documents/{document_id}/corrections/"


def correction(document_id: str, number: int) -> str:
    """What a person said that the document is; made exclusively, the highest number holds."""
    return f"{corrections(document_id)}{number:08d}.json"


def model(kind: str, version: str) -> str:
    """What was learnt from examples, of types or topics; the version is the hash of its bytes."""
    return f"models/{kind}/{version}.json"


def live_models(kind: str) -> str:
    """Prefix of what says which model is live."""
    return f"models/{kind}/live/"


def live_model(kind: str, number: int) -> str:
    """Which model is live; made exclusively, the highest number holds."""
    return f"{live_models(kind)}{number:08d}.json"


def kept_rules(kind: str) -> str:
    """Prefix of the files of rules that classify could use (taxonomy, topics …)."""
    return f"rules/{kind}/"


def kept_rule(kind: str, number: int) -> str:
    """A file of rules as it was when classify could use it; made exclusively, the highest number is the last."""
    return f"{kept_rules(kind)}{number:08d}.yaml"


def embedded(document_id: str, version: int) -> str:
    """There when all segments of this version have their vectors (message DocumentEmbedded)."""
    return f"documents/{document_id}/embedded/{version:020d}.json"


def contents(sha256: str, number: int = 1) -> str:
    """Names the first document with these bytes, with a number one that was read because those before were no use."""
    first = f"contents/{sha256[:2]}/{sha256}"
    return first if number == 1 else f"{first}.{number}"


def erased(document_id: str) -> str:
    """There when the document was erased: store and index refuse its id."""
    return f"erased/{document_id}"


def error(stage: str, digest: str) -> str:
    """Text of an error, for people."""
    return f"errors/{stage}/{digest}.txt"
