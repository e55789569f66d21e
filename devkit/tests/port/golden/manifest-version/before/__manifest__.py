{
    "name": "Support Center",
    "version": "17.0.1.2.3",
    "depends": ["mail"],
}
