'''Train a simple deep neural network on 8x8 pictures of handwritten digits.

Gets to 96% test accuracy after 20 epochs, in a few seconds on a CPU.

Data: Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak,
UCI Machine Learning Repository, CC BY 4.0 (see data/README.md).

    python digits_mlp.py
'''
import os
import numpy as np
np.random.seed(1337)  # for reproducibility

from keras.models import Sequential
from keras.layers.core import Dense, Activation
from keras.optimizers import RMSprop
from keras.utils import np_utils

batch_size = 32
nb_classes = 10
nb_epoch = 20

# the data, shuffled and split between train and test sets
digits = np.load(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'data', 'digits.npz'))
order = np.random.permutation(len(digits['labels']))
X = digits['images'].reshape(-1, 64)[order].astype('float32') / 16
y = digits['labels'][order]
X_train, X_test = X[:1440], X[1440:]
y_train, y_test = y[:1440], y[1440:]
print X_train.shape[0], 'train samples'
print X_test.shape[0], 'test samples'
for digit in xrange(nb_classes):
    print '%d: %d%%' % (digit, 100 * np.sum(y_train == digit) / len(y_train)),
print

# convert class vectors to binary class matrices
Y_train = np_utils.to_categorical(y_train, nb_classes)
Y_test = np_utils.to_categorical(y_test, nb_classes)

model = Sequential()
model.add(Dense(128, input_shape=(64,)))
model.add(Activation('relu'))
model.add(Dense(128))
model.add(Activation('relu'))
model.add(Dense(10))
model.add(Activation('softmax'))

model.compile(loss='categorical_crossentropy', optimizer=RMSprop())

model.fit(X_train, Y_train,
          batch_size=batch_size, nb_epoch=nb_epoch,
          show_accuracy=True, verbose=1,
          validation_data=(X_test, Y_test))
score = model.evaluate(X_test, Y_test,
                       show_accuracy=True, verbose=0)
print 'Test score:', score[0]
print 'Test accuracy:', score[1]
