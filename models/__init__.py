"""What is true: vocabulary, rules, tables, queries, actions."""
