"""The licence library (证照库): kept from results, ended with them, granted, shown, looked up, fetched."""
