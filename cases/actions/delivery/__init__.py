"""To departments and back: what is due is carried, what arrives is verified, kept and applied."""
