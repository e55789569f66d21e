"""What one call of ``create`` or ``write`` changes, as the steps of the pipeline see it."""


class Change:
    """Values on their way into the database, and what was there before.

    :ivar records: the appointments; none before a creation has been stored
    :ivar list vals_list: what the ORM gets: a dict for each new record; of a write a single one,
        which holds for all records
    :ivar bool is_creation: whether the records are new
    :ivar bool is_internal: whether the addon itself writes, which may set what no caller may
    :ivar bool is_restoring: whether the addon gives back what was before a change of somebody,
        which may lead against the order of the states
    :ivar dict findings: what a package's check has found out for its own reaction, by a name
    """

    def __init__(self, records, vals_list, *, is_creation, is_internal=False, is_restoring=False):
        self.records = records
        self.vals_list = vals_list
        self.is_creation = is_creation
        self.is_internal = is_internal
        self.is_restoring = is_restoring
        self.extra = {}
        self.findings = {}
        self._before = {}

    @property
    def vals(self):
        """The values of a write.

        :return: dict, to be changed by the step that prepares alone
        """
        (vals,) = self.vals_list
        return vals

    @property
    def state(self):
        """
        :return: str, the state that a write sets; None where it sets none, and of a creation
        """
        return None if self.is_creation else self.vals.get("state")

    @property
    def is_reopening(self):
        """Whether a write takes up again what may have been over: as a draft, or as it was."""
        return self.state == "draft" or (
            self.is_restoring and self.state in ("confirmed", "in_progress")
        )

    def touches(self, names):
        """Whether a value is given for one of these fields.

        :param names: set of str
        """
        return any(names & vals.keys() for vals in self.vals_list)

    def set_default(self, vals):
        """Give values to those records that are given none; for the step that prepares."""
        self.vals_list = [{**vals, **given} for given in self.vals_list]

    def add(self, records, vals):
        """Write more to some of the records than to the others; for the step that prepares.

        :param records: part of ``self.records``
        :param dict vals: what they get on top of ``self.vals``
        """
        for record_id in records.ids:
            self.extra[record_id] = {**self.extra.get(record_id, {}), **vals}

    def group(self):
        """The records by what is written to them, most often all in one.

        :return: list of tuples of a recordset and its dict of values
        """
        if not self.extra:
            return [(self.records, self.vals)]
        groups = []
        for record_id in self.records.ids:
            extra = self.extra.get(record_id, {})
            ids = next((ids for known, ids in groups if known == extra), None)
            if ids is None:
                groups.append((extra, [record_id]))
            else:
                ids.append(record_id)
        return [(self.records.browse(ids), {**self.vals, **extra}) for extra, ids in groups]

    def remember(self, names):
        """Keep what the records hold now in these fields, for ``before``."""
        for record in self.records:
            known = self._before.setdefault(record.id, {})
            for name in names:
                if name not in known:
                    known[name] = record[name]

    def before(self, record, name):
        """What a field held before the change.

        :raise KeyError: for a field that ``_get_watched_fields`` does not name
        """
        return self._before[record.id][name]

    def changed(self, *names):
        """Those of the records that hold something else by now in one of these fields.

        :param names: str; watched ones
        :return: recordset; of a creation all records
        """
        if self.is_creation:
            return self.records
        return self.records.filtered(
            lambda record: (
                record.id in self._before
                and any(
                    name in self._before[record.id] and record[name] != self.before(record, name)
                    for name in names
                )
            )
        )
