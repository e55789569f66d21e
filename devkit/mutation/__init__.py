"""Mutation testing of the packages without Odoo: small mistakes are put into the code, one at a
time, and their tests are run. A mistake that no test notices shows what is not tested.

This is our own because neither of the two libraries that are kept fits (tried with Python 3.11):

- mutmut 3.8.1 leaves out decorated functions, so every property, and all that stands outside of
  functions, so every table and every default of a dataclass. It takes the name of a module from
  its path and refuses to run where ``pythonpath`` makes another of it, as ours does; the tree
  would have to be laid out anew for it.
- cosmic-ray 8.7.0 breaks down on ``except requests.Timeout``, in the middle of a run, and counts
  that mutant as one that was noticed. It has no mistakes in texts, statements and keywords, of
  which ``delivery.calendar_file`` consists, but takes the ``|`` of annotations for arithmetic.

``changes`` finds the mistakes, ``equivalent`` reads the list of those that make no difference,
``trial`` runs the tests, ``run`` is the command.
"""
