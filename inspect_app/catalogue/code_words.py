"""The words for where a defect is found, who is deducted, and what it bears on."""

from inspect_app.defects.words import PARTIES, SEVERITIES

PHASES = {"document": "文件", "site": "現場", "test": "試驗"}
BEARS = {"structure": "主要結構", "safety": "安全"}

__all__ = ["BEARS", "PARTIES", "PHASES", "SEVERITIES"]
