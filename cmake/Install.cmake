# TODO(install)
