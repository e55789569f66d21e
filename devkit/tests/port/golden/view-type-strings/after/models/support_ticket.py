def action(records):
    """Open the tree, a 'tree' view."""
    views = [(False, "list"), (False, 'form')]
    order = "list,form" if records else 'kanban, list'
    plant = "a tree of causes"  # not a view: 'tree'
    return views, order, plant
