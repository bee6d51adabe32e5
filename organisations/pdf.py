"""HTML set as a PDF that screen readers can read (PDF/UA-1) and archives can keep (PDF/A-3a).

A document can fetch the files that are named for it and no others: no network, no file system. The same HTML gives
the same bytes on every machine. WeasyPrint takes a second to import, so only workers import this module.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from weasyprint import HTML, Attachment
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from organisations.pdf_finishing import finish


class Blocked(FatalURLFetchingError):
    """The document asked for something that it may not have. The rendering stops."""


class Assets(URLFetcher):
    """The files named here, each with its media type, and nothing else."""

    def __init__(self, files: Mapping[str, tuple[Path, str]]):
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self.files = files

    def fetch(self, url, headers=None):
        if url not in self.files:
            raise Blocked(url)
        path, media_type = self.files[url]
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": media_type})


def set_pages(html: str, assets: Assets, identifier: str, attachments: Sequence[Attachment] = ()) -> bytes:
    """The pages of the HTML as a PDF. `identifier` names the content: the same one for the same figures."""
    content = HTML(string=html, base_url="asset:", url_fetcher=assets).write_pdf(
        pdf_variant="pdf/a-3a",
        pdf_identifier=identifier.encode(),
        pdf_tags=True,
        custom_metadata=False,
        attachments=list(attachments),
    )
    return finish(content)
