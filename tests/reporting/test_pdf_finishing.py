import io

import page
import pikepdf

from organisations.pdf_finishing import DOUBTFUL_END, finish
from reporting.documents import write_pdf


def test_header_cells_say_whether_they_speak_for_a_row_or_a_column(report):
    with pikepdf.open(io.BytesIO(write_pdf(report, "en"))) as pdf:
        scopes = [
            element.A.Scope
            for element in pdf.objects
            if isinstance(element, pikepdf.Dictionary) and element.get("/S") == "/TH"
        ]

    assert {str(scope) for scope in scopes} == {"/Column", "/Row"}


def test_a_stream_that_ends_in_a_carriage_return_passes_the_validator(report):
    """Compressed data end in any byte; this one would be taken for a part of the line end behind it."""
    written = write_pdf(report, "en")
    for padding in range(2000):
        with pikepdf.open(io.BytesIO(written)) as pdf:
            contents = pdf.pages[2].Contents
            contents.write(contents.read_bytes() + b" " * padding)
            changed = io.BytesIO()
            pdf.save(changed, deterministic_id=True)
        if DOUBTFUL_END in changed.getvalue():
            break

    finished = finish(changed.getvalue())

    assert DOUBTFUL_END not in finished
    assert page.is_pdf_compliant_bytes(finished, profile="3a")
