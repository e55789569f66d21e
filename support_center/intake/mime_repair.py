def repair(message):
    return False
