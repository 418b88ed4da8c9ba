"""The weekly compliance reminder: what is missing, late or due, to agencies, contractors, staff and managers."""
