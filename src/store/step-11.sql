ALTER TABLE standing_order ADD COLUMN origin TEXT NOT NULL DEFAULT 'said';
UPDATE standing_order SET origin = 'moved' WHERE run IS NULL AND id NOT IN (SELECT standing_order FROM run WHERE standing_order IS NOT NULL);
