"""What is written into the repository from the code: the terms to translate, the schemas."""
