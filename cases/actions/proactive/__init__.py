"""Without an application (免申即享): people searched for and granted, and what repeats afterwards."""
