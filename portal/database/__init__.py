"""The ground under the tables: declarative base, column types, encryption, sessions, the write queue."""
