"""The data sets that 0.3.3 knows, downloaded when first asked for."""
