"""Reports on figures that were computed elsewhere in `ctbox.evaluation`: tables, plots, pages."""
