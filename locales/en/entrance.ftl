# The door that knows no practice.
entrance-title = Find your practice
support-title = Support
