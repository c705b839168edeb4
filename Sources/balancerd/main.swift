print("balancerd")
