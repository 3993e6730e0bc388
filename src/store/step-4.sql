-- Several orders can be given by one action: pointing at mail of several senders. Undoing its run lifts all of them.
ALTER TABLE standing_order ADD COLUMN run INTEGER REFERENCES run (id);
