"""Who is who: people, companies, staff, and how they sign in."""
