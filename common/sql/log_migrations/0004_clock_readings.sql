-- What sure_time.h keeps: which times the clock has shown, the last of them.
CREATE TABLE clock_reading (
  -- Whole spans of ten minutes since 1970, UTC.
  span BIGINT PRIMARY KEY,
  -- The higher, the later it was shown last.
  seen BIGINT NOT NULL
);
