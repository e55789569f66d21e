{
    "name": "Support Center",
    "version": "19.0.1.2.3",
    "depends": ["mail"],
}
