"""What a person may do about an attention, one concern a module; every act leaves a row and an event.

`desk` notes, assigns, puts off, dismisses; `asking` asks the department; `replay` sends the same promise again;
`correcting` sends it with corrected values under a new key; `settling` enters what the department decided; `moving`
hands the item to people or to another department; `ending` gives it up, in writing.
"""
