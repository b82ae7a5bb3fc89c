"""Files made to break what reads a roster: the corpus of the uploads' row, each made when its turn comes."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Callable

from tests.people.test_roster_files import BAD, BOOK, HEAD, LINE, PART, bomb, repacked, shared_text_bomb

XML = b'<?xml version="1.0"?>'
SHEET = b"</sheetData>"
SHARED = "xl/sharedStrings.xml"
HEADS = f"{HEAD}\r\n".encode()
ROW = f"{LINE}\r\n".encode()


def zipped(parts: dict[str, bytes]) -> bytes:
    """A zip of these parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return stream.getvalue()


def with_part(name: str, body: bytes) -> bytes:
    """A good workbook with one part put in the place of its own, or beside the others."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry.filename, old.read(entry))
        new.writestr(name, body)
    return stream.getvalue()


def in_sheet(body: bytes) -> bytes:
    """A good workbook with something at the end of its sheet."""
    with zipfile.ZipFile(io.BytesIO(BOOK)) as book:
        return with_part(PART, book.read(PART).replace(SHEET, body + SHEET))


def laughs(times: int) -> bytes:
    """Entities of entities."""
    lines = [b'<!ENTITY a0 "ha">']
    lines += [b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, times)]
    return XML + b"<!DOCTYPE sst [" + b"".join(lines) + b"]><sst><si><t>&a%d;</t></si></sst>" % (times - 1)


def xxe(target: str) -> bytes:
    """An entity that names a file or an address."""
    return (
        XML + f"<!DOCTYPE sst [<!ENTITY x SYSTEM '{target}'>]>".encode() + b"<sst><si><t>&x;</t></si></sst>"
    )


def nested() -> bytes:
    """A zip in a zip in a zip, the innermost a bomb, under the names of a workbook."""
    body = bomb()
    for _ in range(4):
        body = zipped({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": body})
    return body


def lying_sizes() -> bytes:
    """A bomb whose directory says that it is small."""
    data = bytearray(bomb())
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.find(mark)
        while at >= 0:
            data[at + place : at + place + 4] = struct.pack("<I", 100)
            at = data.find(mark, at + 4)
    return bytes(data)


def overlapping() -> bytes:
    """A directory of a thousand entries that all name the same compressed megabytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 10_000_000)
        one = archive.infolist()[1]
        archive.filelist.extend([one] * 1_000)
    return stream.getvalue()


def encrypted() -> bytes:
    """A workbook whose entries say that they are encrypted."""
    data = bytearray(BOOK)
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def shared_text(cells: int) -> bytes:
    """So many cells that share one text of 30,000 letters."""
    row = b'<row r="%d">' + b'<c t="s"><v>0</v></c>' * 30 + b"</row>"
    book = in_sheet(b"".join(row % (number + 3) for number in range(cells // 30)))
    return repacked(book, SHARED, ("職員番号".encode(), b"a" * 30_000))


def shared_texts(count: int) -> bytes:
    """So many texts that no cell shows."""
    return with_part(SHARED, XML + b"<sst>" + b"<si><t>a</t></si>" * count + b"</sst>")


def merged(count: int) -> bytes:
    """Ever so many merged cells."""
    cells = b"".join(b'<mergeCell ref="A%d:C%d"/>' % (n * 2 + 1, n * 2 + 2) for n in range(count))
    whole = b'<mergeCells count="%d"><mergeCell ref="A1:XFD1048576"/>%s</mergeCells>' % (count, cells)
    return repacked(BOOK, PART, (b"</sheetData>", b"</sheetData>" + whole))


def sheets(count: int) -> bytes:
    """A workbook that names more sheets than there are."""
    more = b"".join(b'<sheet name="s%d" sheetId="%d" r:id="rId1"/>' % (n, n + 9) for n in range(count))
    return repacked(BOOK, "xl/workbook.xml", (b"</sheets>", more + b"</sheets>"))


MEGA = 1_000_000
LARGEST = 31 * 1024 * 1024
FILES: dict[str, Callable[[], bytes]] = {
    **{f"roster: {name}": (lambda data=bad.data: data) for name, bad in BAD.items() if bad.data},  # type: ignore[misc]
    "a text shared by many cells": shared_text_bomb,
    "a text shared by some cells": lambda: shared_text(21_000),
    "a zip in a zip in a zip": nested,
    "a bomb that says it is small": lying_sizes,
    "entries over one another": overlapping,
    "a hundred thousand entries": lambda: zipped(
        {"xl/workbook.xml": b"<workbook/>"} | {f"xl/{n}.xml": b"" for n in range(100_000)}
    ),
    "an empty zip": lambda: zipped({}),
    "a zip behind a text": lambda: HEADS + BOOK,
    "a zip without its directory": lambda: BOOK[:-22],
    "encrypted entries": encrypted,
    "names that climb": lambda: with_part("../../../../tmp/kenshu-climbed.txt", b"x"),
    "names from the root": lambda: with_part("/tmp/kenshu-rooted.txt", b"x"),
    "a name of 60,000 letters": lambda: with_part("xl/" + "a" * 60_000, b"x"),
    "one part twice": lambda: BOOK + BOOK,
    "an entity that reads a file": lambda: with_part(SHARED, xxe("file:///etc/passwd")),
    "an entity that asks outside": lambda: with_part(SHARED, xxe("http://127.0.0.1:9/x")),
    "an entity in the sheet": lambda: repacked(
        BOOK, PART, (b"<worksheet", xxe("file:///etc/hosts") + b"<worksheet")
    ),
    "a billion laughs": lambda: with_part(SHARED, laughs(10)),
    "laughs in the list of contents": lambda: with_part("[Content_Types].xml", laughs(10)),
    "entities in another encoding": lambda: with_part(SHARED, laughs(10).decode().encode("utf-16")),
    "a million elements deep": lambda: in_sheet(b"<a>" * MEGA),
    "a million attributes": lambda: in_sheet(
        b"<row " + b" ".join(b'a%d="1"' % n for n in range(MEGA // 4)) + b"/>"
    ),
    "one attribute without end": lambda: in_sheet(b'<row r="' + b"1" * 20_000_000 + b'"/>'),
    "a cell of 100 MB": lambda: in_sheet(
        b'<row r="9"><c r="A9" t="inlineStr"><is><t>' + b"a" * 100_000_000 + b"</t></is></c></row>"
    ),
    "a thousand cells of 100,000 letters": lambda: in_sheet(
        b"".join(
            b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>%s</t></is></c></row>' % (n, n, b"a" * 100_000)
            for n in range(9, 1_009)
        )
    ),
    "a million shared texts": lambda: shared_texts(MEGA),
    "six million shared texts": lambda: shared_texts(6 * MEGA),
    "forty million texts without a letter": lambda: with_part(
        SHARED, XML + b"<sst>" + b"<si/>" * (40 * MEGA) + b"</sst>"
    ),
    "a row before the first": lambda: in_sheet(b'<row r="0"><c r="A0"><v>1</v></c></row>'),
    "a row beyond counting": lambda: in_sheet(b'<row r="99999999999999999999"><c r="A9"><v>1</v></c></row>'),
    "a column beyond counting": lambda: in_sheet(b'<row r="9"><c r="ZZZZZZZZ9"><v>1</v></c></row>'),
    "a dimension that lies, huge": lambda: repacked(BOOK, PART, (b'ref="A1:G2"', b'ref="A1:XFD1048576"')),
    "a dimension that lies, none": lambda: repacked(BOOK, PART, (b'ref="A1:G2"', b'ref=""')),
    "a shared text that isn't there": lambda: in_sheet(b'<row r="9"><c r="A9" t="s"><v>999999</v></c></row>'),
    "numbers that are none": lambda: in_sheet(
        b'<row r="9">' + b"".join(b'<c r="%c9"><v>%s</v></c>' % (65 + n, v) for n, v in enumerate(
            (b"NaN", b"INF", b"1e999", b"-1e308", b"0x10", b"1" * 10_000))) + b"</row>"
    ),
    "half a million merged cells": lambda: merged(500_000),
    "three thousand sheets": lambda: sheets(3_000),
    "links to other workbooks": lambda: with_part(
        "xl/externalLinks/externalLink1.xml",
        XML + b'<externalLink><oleLink r:id="//127.0.0.1/x"/></externalLink>',
    ),
    "a query for the network": lambda: with_part(
        "xl/connections.xml", XML + b'<connections><connection url="http://127.0.0.1:9"/></connections>'
    ),
    "macros under another name": lambda: with_part("xl/macrosheets/sheet9.xml", b"<x/>"),
    "a binary workbook": lambda: zipped({"xl/workbook.bin": b"\x83\x01" * 1_000}),
    "an OpenDocument": lambda: zipped(
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": XML}
    ),
    "a gzip": lambda: gzip.compress(HEADS + ROW),
    "a gzip of 300 MB": lambda: gzip.compress(b"\0" * 300_000_000, 1),
    "a picture": lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100,
    "a PDF": lambda: b"%PDF-1.7\n" + b"1 0 obj<</Type/Catalog>>endobj\n" * 1_000,
    "a program": lambda: b"MZ" + b"\x90" * 50_000,
    "a page": lambda: b"<html><script>alert(1)</script></html>",
    "UTF-32": lambda: (HEAD + "\r\n" + LINE).encode("utf-32"),
    "UTF-7": lambda: (HEAD + "\r\n" + LINE).encode("utf-7"),
    "a million columns": lambda: HEADS + b"," * MEGA + b"\r\n",
    "a million headings": lambda: ",".join(f"列{n}" for n in range(MEGA)).encode() + b"\r\n" + ROW,
    "ten million rows": lambda: HEADS + b"1,\r\n" * 7_500_000,
    "a line of 31 MB": lambda: HEADS + b"a" * LARGEST,
    "a cell of 31 MB": lambda: HEADS + b'"' + b"a" * LARGEST + b'"',
    "31 MB of quotation marks": lambda: b'"' * LARGEST,
    "31 MB of line ends": lambda: b"\n" * LARGEST,
    "31 MB of old line ends": lambda: HEADS + b"1,2\r" * (LARGEST // 4),
    "31 MB of blanks": lambda: b" " * LARGEST,
    "31 MB of NUL": lambda: b"\0" * LARGEST,
    "31 MB of one letter": lambda: "職".encode() * (LARGEST // 3),
    "200,001 people": lambda: HEADS + b"".join(
        f"{n:07},甲,コウ,01,課,正規,R5.4.1\r\n".encode() for n in range(200_001)
    ),
    "50,000 times the same number": lambda: HEADS + b"".join(
        f"0000001,甲 {n},コウ,01,課,正規,R5.4.1\r\n".encode() for n in range(50_000)
    ),
    "formulas for names": lambda: HEADS + LINE.replace("髙橋 﨑子", "=cmd|' /C calc'!A0").encode(),
    "names that end the line": lambda: HEADS + LINE.replace("髙橋 﨑子", '"髙橋\r\n2,乙,,,,,"').encode(),
    "only a BOM": lambda: b"\xef\xbb\xbf",
    "BOM after BOM": lambda: b"\xef\xbb\xbf" * 10_000 + HEADS + ROW,
}  # fmt: skip
