"""Makes a PDF/A-3a of WeasyPrint conform to PDF/UA-1 as well.

WeasyPrint can write for either standard but not for both. What is missing are one entry in the metadata, the direction
of each header cell of a table, and a flag on links.
"""

from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

PRINT_FLAG = 4
DOUBTFUL_END = b"\r\nendstream"

# The PDF/UA identification, and the description of its schema that PDF/A asks for.
IDENTIFICATION = """
<rdf:Description rdf:about=""
    xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
    xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
    xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
  <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
      <pdfaProperty:name>part</pdfaProperty:name>
      <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
      <pdfaProperty:category>internal</pdfaProperty:category>
      <pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed</pdfaProperty:description>
    </rdf:li></rdf:Seq></pdfaSchema:property>
  </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
"""


def finish(content: bytes) -> bytes:
    with pikepdf.open(BytesIO(content)) as pdf:
        _identify(pdf)
        _give_header_cells_a_scope(pdf.Root.StructTreeRoot.K)
        _let_links_be_printed(pdf)
        finished = _saved(pdf)
    return _without_doubtful_ends(finished) if DOUBTFUL_END in finished else finished


def _saved(pdf, **how) -> bytes:
    saved = BytesIO()
    pdf.save(saved, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.preserve, **how)
    return saved.getvalue()


def _identify(pdf):
    """Name both standards in one packet of metadata, which must stay readable without decompression."""
    metadata = bytes(pdf.Root.Metadata.read_bytes()).decode()
    if "pdfuaid:part" not in metadata:
        metadata = metadata.replace("</rdf:RDF>", f"{IDENTIFICATION}</rdf:RDF>", 1)
    stream = Stream(pdf, metadata.encode())
    stream.Type, stream.Subtype = Name.Metadata, Name.XML
    pdf.Root.Metadata = stream


def _give_header_cells_a_scope(root):
    """Header cells in a table's head speak for their column, the others for their row."""
    waiting = [(root, False)]
    while waiting:
        element, is_in_head = waiting.pop()
        if isinstance(element, Array):
            waiting += [(child, is_in_head) for child in element if isinstance(child, Dictionary | Array)]
        elif isinstance(element, Dictionary) and Name.S in element:
            if element.S == Name.TH:
                _give_scope(element, Name.Column if is_in_head else Name.Row)
            children = element.get(Name.K)
            if isinstance(children, Dictionary | Array):
                waiting.append((children, is_in_head or Name.THead == element.S))


def _give_scope(cell, scope):
    attributes = cell.get(Name.A)
    if attributes is None:
        attributes = cell.A = Dictionary(O=Name.Table)
    if Name.Scope not in attributes:
        attributes.Scope = scope


def _let_links_be_printed(pdf):
    for page in pdf.pages:
        for annotation in page.get(Name.Annots, []):
            if annotation.Subtype == Name.Link:
                annotation.F = PRINT_FLAG


def _without_doubtful_ends(content: bytes) -> bytes:
    """A stream whose last byte is a carriage return looks one byte too long to a validator: spell it in letters."""
    with pikepdf.open(BytesIO(content)) as pdf:
        for item in pdf.objects:
            if isinstance(item, Stream) and item.read_raw_bytes().endswith(b"\r"):
                spelled = item.read_raw_bytes().hex().encode() + b">"
                item.write(spelled, filter=Array([Name.ASCIIHexDecode, Name.FlateDecode]))
        return _saved(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
