"""Appointments, joint visits, and plans that change while they run."""
