"""Operations: what the administrator and the monitoring see, never anything of a visit before issue."""
