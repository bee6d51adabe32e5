"""A report as a PDF: tagged for screen readers (PDF/UA-1) and fit for the archive (PDF/A-3a).

The document is made from the frozen figures and from nothing else, so the same figures give the same bytes.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _
from weasyprint import Attachment

from assessments import charts
from organisations.pdf import Assets, set_pages
from reporting.models import Report
from reporting.presenting import present

STYLE = "asset:document.css"
ASSETS = Assets({STYLE: (Path(__file__).with_name("document.css"), "text/css")})


def write_html(report: Report, language: str) -> str:
    """The report as the HTML that is set as a PDF."""
    with translation.override(language):
        context = {
            "report": report,
            "document": present(report, palette=charts.PRINT),
            "language": language,
            "style": STYLE,
            "made_at": _moment(report).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "page_of_pages": format_html(
                _("Page {page} of {pages}"),
                page=format_html('<span class="{}"></span>', "page-number"),
                pages=format_html('<span class="{}"></span>', "page-count"),
            ),
        }
        return render_to_string("reporting/document.html", context)


def write_pdf(report: Report, language: str) -> bytes:
    """The report in one language, its figures attached for machines."""
    attachment = Attachment(
        string=json.dumps(report.figures, ensure_ascii=False, indent=1, sort_keys=True),
        name=f"figures-{report.period}.json",
        description="The figures of this report, as they were frozen",
        created=_moment(report),
        modified=_moment(report),
        relationship="Data",
    )
    return set_pages(write_html(report, language), ASSETS, report.snapshot_hash, [attachment])


def _moment(report: Report) -> datetime:
    """The date that the file carries: the cut-off, so that setting the pages again changes nothing."""
    return report.cut_off.astimezone(UTC)
