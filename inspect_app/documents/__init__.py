"""PDF documents: a model of what they say, and a renderer. Knows no feature."""

from inspect_app.documents.fonts import FontsMissing
from inspect_app.documents.model import (
    Bar,
    Bars,
    Blank,
    Block,
    Column,
    Document,
    Fact,
    Facts,
    Heading,
    Notice,
    Paragraph,
    Photo,
    Photos,
    Question,
    Questions,
    Ruled,
    Signature,
    Signatures,
    Table,
    content_sha256,
)
from inspect_app.documents.pen import PhotoUnreadable
from inspect_app.documents.render import Rendered, render

__all__ = [
    "Bar",
    "Bars",
    "Blank",
    "Block",
    "Column",
    "Document",
    "Fact",
    "Facts",
    "FontsMissing",
    "Heading",
    "Notice",
    "Paragraph",
    "Photo",
    "PhotoUnreadable",
    "Photos",
    "Question",
    "Questions",
    "Rendered",
    "Ruled",
    "Signature",
    "Signatures",
    "Table",
    "content_sha256",
    "render",
]
