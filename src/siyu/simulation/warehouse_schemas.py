"""The warehouse's facts as Arrow schemas."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from siyu.analytics.sources import FACTS

FACT_SCHEMAS: Final[dict[str, pa.Schema]] = {
    name: schema.to_pyarrow() for name, schema in FACTS.items()
}
