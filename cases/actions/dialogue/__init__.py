"""Between people and departments: messages, questions and urging, ratings, what got stuck."""
