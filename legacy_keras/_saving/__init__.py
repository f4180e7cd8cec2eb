"""Files: configurations in JSON and YAML (`config`), weights in HDF5 (`hdf5`).

Nothing else in the package reads or writes model files.
"""
