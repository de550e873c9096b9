"""Processes are killed, messages lost and answers cut on the way; every case must still end right, once."""
