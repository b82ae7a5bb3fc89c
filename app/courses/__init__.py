"""What is taught: Markdown and TOML in, frozen courses out. Knows nothing of people, pages or databases."""
