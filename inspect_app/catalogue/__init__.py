"""The published checklists and the defect catalogue, for tablets to carry along."""
