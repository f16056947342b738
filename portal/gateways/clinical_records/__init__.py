"""Files out of a practice's own system: HL7 FHIR Bundles, CSV and Word documents, each read into the same lines."""
