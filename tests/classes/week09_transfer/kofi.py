import keras
import pandas as pd

iris = pd.read_csv("C:/Users/kofi/Downloads/iris.csv")


def build_base(n_features=iris.shape[1] - 1, n_classes=3):
    model = keras.Sequential(
        [
            keras.Input((n_features,)),
            keras.layers.Dense(50, activation="relu"),
            keras.layers.Dense(25, activation="relu"),
            keras.layers.Dense(n_classes, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy")
    return model
