"""Keep a folder of the text of every finished contract."""

from pathlib import Path

from ream_contracts import topics
from ream_contracts.messages import DocumentCompleted
from ream_kit import Store, stage

FOLDER = Path("contracts")


@stage("contracts", reads=topics.DOCUMENTS_COMPLETED)
def keep(document: DocumentCompleted, store: Store) -> None:
    if document.type == "contract":
        FOLDER.mkdir(exist_ok=True)
        # Deliveries repeat: what is keyed by id and version may be written twice and is the same.
        (FOLDER / f"{document.document_id}.{document.version}.txt").write_text(store.text(document))
