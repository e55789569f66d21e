def action(records):
    """Open the tree, a 'tree' view."""
    views = [(False, "tree"), (False, 'form')]
    order = "tree,form" if records else 'kanban, tree'
    plant = "a tree of causes"  # not a view: 'tree'
    return views, order, plant
