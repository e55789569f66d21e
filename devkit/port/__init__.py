"""Port the addon from Odoo 17.0, in which it is written, to 19.0."""

from .archive import build_zip
from .build import PORTED_SERIES, SERIES, SOURCE_SERIES, build
from .errors import Finding, PortError

__all__ = [
    "PORTED_SERIES",
    "SERIES",
    "SOURCE_SERIES",
    "Finding",
    "PortError",
    "build",
    "build_zip",
]
