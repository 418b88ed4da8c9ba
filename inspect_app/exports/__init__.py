"""Exports: issued inspections in the authority's own order of fields, and the quarterly return."""
