"""Adapters to the outside: departments, registers, licences, messages. Everything becomes our words here."""
