"""Hand a class's grades, comments and feedback pages back through the platform that students use."""
