"""What is written into the repository from the code: the terms to translate, the schemas.

The addon's page is not: oca-gen-addon-readme is part of OCA/maintainer-tools, which is not on PyPI,
and PyPI is all that our CI reaches.
"""
