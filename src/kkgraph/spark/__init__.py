"""The plans of the columnar engine on Spark, for data that fit no single machine."""
